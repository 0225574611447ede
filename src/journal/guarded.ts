/** Runs what asks the store, and fails as a journal does. */
export type Guarded = <T>(work: () => Promise<T>) => Promise<T>;
