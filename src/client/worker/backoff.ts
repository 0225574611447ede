const FIRST_MS = 100;
/** However long a server was away, it is noticed this soon that it is back. */
const LONGEST_MS = 5_000;

/**
 * How long to wait before another attempt: doubled each time, and between half of that and all
 * of it, so that workers that failed together do not come back together.
 */
export function backoffMs(failures: number): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
  return whole * (0.5 + Math.random() / 2);
}

/** True of the 1st, 2nd, 4th, 8th … failure in a row, so that an outage is told and does not drown all. */
export function isWorthTelling(failures: number): boolean {
  return Number.isInteger(Math.log2(failures));
}

/** @throws the signal's reason, at once when it is aborted */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const leave = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", leave);
      resolve();
    }, ms);
    signal.addEventListener("abort", leave, { once: true });
  });
}

/** What the promise comes to, unless the signal is aborted before. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const leave = () => reject(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}

/** The promise, of which nobody need take notice: a caller who does not wait ends no process. */
export function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
