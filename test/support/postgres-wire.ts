/** A statement that was answered. */
export interface AnsweredStatement {
  /** The prepared statement's; empty for one without. */
  readonly name: string;
  readonly rows: number;
  /** Bytes of its parameters and of its answer. */
  readonly size: number;
}

interface Message {
  readonly type: string;
  readonly body: Buffer;
}

/** One connection of Postgres' protocol, followed from both sides. */
export class PostgresWire {
  readonly #client = new Messages(false);
  readonly #server = new Messages(true);
  readonly #asked: { name: string; rows: number; size: number }[] = [];

  sent(bytes: Buffer): void {
    for (const { type, body } of this.#client.push(bytes)) {
      if (type !== "B") continue;
      const portal = body.indexOf(0);
      const name = body.toString("latin1", portal + 1, body.indexOf(0, portal + 1));
      this.#asked.push({ name, rows: 0, size: body.length });
    }
  }

  /** The statements whose answers end in this piece. */
  received(bytes: Buffer): AnsweredStatement[] {
    const answered: AnsweredStatement[] = [];
    for (const { type, body } of this.#server.push(bytes)) {
      const current = this.#asked[0];
      if (current === undefined) continue;
      current.size += body.length;
      if (type === "D") current.rows++;
      if (type === "C" || type === "E") answered.push(this.#asked.shift()!);
    }
    return answered;
  }
}

/** Bytes as they come, cut into messages. */
class Messages {
  #rest: Buffer = Buffer.alloc(0);
  /** The first message of a client has no type. */
  #typed: boolean;

  constructor(typed: boolean) {
    this.#typed = typed;
  }

  push(bytes: Buffer): Message[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const messages: Message[] = [];
    for (;;) {
      const head = this.#typed ? 1 : 0;
      if (this.#rest.length < head + 4) return messages;
      const end = head + this.#rest.readInt32BE(head);
      if (this.#rest.length < end) return messages;
      const type = this.#typed ? String.fromCharCode(this.#rest[0]!) : "";
      messages.push({ type, body: this.#rest.subarray(head + 4, end) });
      this.#rest = this.#rest.subarray(end);
      this.#typed = true;
    }
  }
}
