/** Protobuf's wire format (https://protobuf.dev/programming-guides/encoding/), as far as spans need it. */
export class ByteWriter {
  #buffer = Buffer.allocUnsafe(0x10000);
  #pos = 0;
  /** Texts that come again and again, with their lengths before them. */
  readonly #known = new Map<string, Uint8Array>();

  reset(): void {
    this.#pos = 0;
  }

  /** Valid until the next reset. */
  written(): Uint8Array {
    return this.#buffer.subarray(0, this.#pos);
  }

  byte(value: number): void {
    this.#need(1);
    this.#buffer[this.#pos++] = value;
  }

  varint(tag: number, value: number): void {
    this.#need(11);
    this.#buffer[this.#pos++] = tag;
    this.#pos = putVarint(this.#buffer, this.#pos, value);
  }

  fixed32(tag: number, value: number): void {
    this.#need(5);
    this.#buffer[this.#pos++] = tag;
    this.#pos = this.#buffer.writeUInt32LE(value, this.#pos);
  }

  fixed64(tag: number, low: number, high: number): void {
    this.fixed32(tag, low);
    this.#need(4);
    this.#pos = this.#buffer.writeUInt32LE(high, this.#pos);
  }

  double(tag: number, value: number): void {
    this.#need(9);
    this.#buffer[this.#pos++] = tag;
    this.#pos = this.#buffer.writeDoubleLE(value, this.#pos);
  }

  /** An id of so many bytes, which is written in hex. */
  hex(tag: number, text: string, length: number): void {
    this.#need(length + 2);
    this.#buffer[this.#pos++] = tag;
    this.#buffer[this.#pos++] = length;
    for (let i = 0; i < length * 2; i += 2)
      this.#buffer[this.#pos++] = (HEX[text.charCodeAt(i)]! << 4) | HEX[text.charCodeAt(i + 1)]!;
  }

  text(tag: number, text: string): void {
    // UTF-8 takes three bytes for a UTF-16 unit at the most.
    this.#need(text.length * 3 + 11);
    this.#buffer[this.#pos++] = tag;
    const start = this.begin(1);
    if (text.length > MAX_SHORT || !this.#ascii(text)) this.#pos = start + this.#buffer.write(text, start, 'utf8');
    this.end(start, 1);
  }

  /** For a short text it is not worth it to leave JavaScript. False: it is not ASCII after all. */
  #ascii(text: string): boolean {
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 127) return false;
      this.#buffer[this.#pos++] = unit;
    }
    return true;
  }

  /** A name or a key: there are few. */
  known(tag: number, text: string): void {
    let bytes = this.#known.get(text);
    if (!bytes) {
      const content = Buffer.from(text);
      const length = Buffer.alloc(10);
      bytes = Buffer.concat([length.subarray(0, putVarint(length, 0, content.length)), content]);
      if (this.#known.size < MAX_KNOWN) this.#known.set(text, bytes);
    }
    this.#need(bytes.length + 1);
    this.#buffer[this.#pos++] = tag;
    this.#buffer.set(bytes, this.#pos);
    this.#pos += bytes.length;
  }

  /** Leaves room for the length of what follows: as many bytes as it will probably take. */
  begin(bytes: number): number {
    this.#need(bytes);
    this.#pos += bytes;
    return this.#pos;
  }

  end(start: number, reserved: number): void {
    const length = this.#pos - start;
    const needed = sizeOfVarint(length);
    if (needed !== reserved) {
      this.#need(needed);
      this.#buffer.copyWithin(start - reserved + needed, start, this.#pos);
      this.#pos += needed - reserved;
    }
    putVarint(this.#buffer, start - reserved, length);
  }

  #need(bytes: number): void {
    if (this.#pos + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#pos + bytes));
    larger.set(this.written());
    this.#buffer = larger;
  }

  /** Where the content of the field at `at` begins and ends. */
  static content(bytes: Uint8Array, at: number): [start: number, end: number] {
    let length = 0;
    let pos = at + 1;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[pos++]!;
      length += (byte & 127) * shift;
      if (byte < 128) return [pos, pos + length];
    }
  }

  /** The inner parts, with their length before them, behind the outer ones, with the length of all that before them. */
  static nest(
    outer: { tag: number; field: Uint8Array },
    inner: { tag: number; parts: readonly Uint8Array[] },
  ): Uint8Array {
    const content = inner.parts.reduce((sum, part) => sum + part.length, 0);
    const whole = outer.field.length + 1 + sizeOfVarint(content) + content;
    const bytes = Buffer.allocUnsafe(1 + sizeOfVarint(whole) + whole);
    bytes[0] = outer.tag;
    let pos = putVarint(bytes, 1, whole);
    const put = (part: Uint8Array) => {
      bytes.set(part, pos);
      pos += part.length;
    };
    put(outer.field);
    bytes[pos] = inner.tag;
    pos = putVarint(bytes, pos + 1, content);
    for (const part of inner.parts) put(part);
    return bytes;
  }
}

const MAX_KNOWN = 1_000;
const MAX_SHORT = 64;

/** By character code, what a hexadecimal digit stands for. */
const HEX = new Uint8Array(128);
for (const [value, digit] of [...'0123456789abcdef'].entries()) HEX[digit.charCodeAt(0)] = value;

function sizeOfVarint(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
}

/** Answers the place behind it. */
function putVarint(buffer: Buffer, at: number, value: number): number {
  let pos = at;
  let rest = value;
  while (rest >= 128) {
    buffer[pos++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  buffer[pos++] = rest;
  return pos;
}
