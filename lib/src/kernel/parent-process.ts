const INTERVAL = 1000;

/**
 * Calls `onEnd` when the process that asked for this kernel has ended; upstream tslab lives on without it.
 *
 * As ipykernel does, by the variable that jupyter_client sets. Between the two there may be a shell or the like, and in a
 * container the number may mean another process or none; PID 1 is what orphans are given to, and ends with the machine.
 */
export function watchParentProcess(onEnd: () => void): void {
  const parent = Number(process.env.JPY_PARENT_PID);
  if (!(parent > 1)) return;
  const isChild = process.ppid === parent;
  if (!isChild && !isAlive(parent)) return;
  const timer = setInterval(() => {
    if (isChild ? process.ppid === parent : isAlive(parent)) return;
    clearInterval(timer);
    onEnd();
  }, INTERVAL);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
