import { readFileSync, writeFileSync } from 'node:fs';

/** The largest memory of this process so far, in MB of 10⁶ bytes. */
export function peakMemory(): number {
  try {
    // Not getrusage: a child inherits that number from its parent.
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
