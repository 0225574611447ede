/** Something with a signal, which may be made only when it is asked for. */
export interface SignalSource {
  readonly signal: AbortSignal;
}

const source = Symbol("source of the signal");

interface Borrower {
  [source]?: SignalSource;
}

// One descriptor for all, since an object with an accessor of its own has a hidden class
// of its own. An own property and no prototype's, so that `{ ...request }` has it too.
const borrowed: PropertyDescriptor & ThisType<Required<Borrower>> = {
  enumerable: true,
  configurable: true,
  get() {
    return this[source].signal;
  },
};

/**
 * Gives an object the signal of another without asking for it: for contexts and requests
 * of calls, most of which are over before anybody looks at their signal.
 */
export function borrowSignal<T extends object>(target: T, from: SignalSource): T & SignalSource {
  (target as Borrower)[source] = from;
  return Object.defineProperty(target, "signal", borrowed) as T & SignalSource;
}
