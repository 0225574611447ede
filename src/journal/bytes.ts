/**
 * Byte strings of a batch in one parameter. Arrays of `bytea` would travel as
 * hexadecimal text, twice as long; `substr` of one binary parameter copies just
 * the piece.
 */
export class Bytes {
  readonly #pieces: Uint8Array[] = [];
  #length = 0;

  /** Where the piece begins, as `substr` counts: from 1. */
  add(piece: Uint8Array): number {
    const at = this.#length + 1;
    this.#pieces.push(piece);
    this.#length += piece.length;
    return at;
  }

  toBuffer(): Buffer {
    return Buffer.concat(this.#pieces, this.#length);
  }
}
