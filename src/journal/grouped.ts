/**
 * Asks for many keys with one query. What is asked while a query is in flight
 * goes into the next one; nothing joins a query that was already sent, so every
 * answer is at least as new as its question.
 * @param ask gives one answer per key, in the order of the keys
 * @param limit how many keys one query carries at most
 */
export function grouped<Key, Answer>(
  ask: (keys: readonly Key[]) => Promise<readonly Answer[]>,
  limit: number,
): (key: Key) => Promise<Answer> {
  const waiting: { key: Key; resolve(answer: Answer): void; reject(error: unknown): void }[] = [];
  let asking = false;

  async function run(): Promise<void> {
    // What is asked in the same turn of the event loop goes together.
    await Promise.resolve();
    while (waiting.length > 0) {
      const group = waiting.splice(0, limit);
      try {
        const answers = await ask(group.map(({ key }) => key));
        for (const [index, { resolve }] of group.entries()) resolve(answers[index]!);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    asking = false;
  }

  return (key) =>
    new Promise((resolve, reject) => {
      waiting.push({ key, resolve, reject });
      if (asking) return;
      asking = true;
      void run();
    });
}
