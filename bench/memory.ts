import { readFileSync, writeFileSync } from 'node:fs';

/**
 * The largest memory of this process so far, in MB of 10⁶ bytes. Where there is no /proc (macOS) it is at least that of
 * the process that started this one.
 */
export function peakMemory(): number {
  try {
    // Not getrusage: that number survives exec, so that a child begins with its parent's.
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1.024e-3;
  } catch {
    return process.resourceUsage().maxRSS * 1.024e-3;
  }
}

/** Frees garbage and forgets the peak so far, where the system can (Linux). */
export function resetPeakMemory(): void {
  globalThis.gc?.();
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Then the peak is that of the whole life of the process, which is never less.
  }
}

/** The memory of this process at this moment, in MB of 10⁶ bytes. */
export function memoryNow(): number {
  return process.memoryUsage.rss() / 1e6;
}
