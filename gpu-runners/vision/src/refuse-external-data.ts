import { open, type FileHandle } from "node:fs/promises";

/** The messages of onnx.proto that lead to a tensor: which of their fields (by number) are messages to look into. */
const messages = {
  model: { 7: "graph", 25: "function" },
  graph: { 1: "node", 5: "tensor", 15: "sparse" },
  function: { 7: "node" },
  node: { 5: "attribute" },
  attribute: { 5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse" },
  sparse: { 1: "tensor", 2: "tensor" },
  tensor: {},
} as const satisfies Record<string, Record<number, string>>;
type Message = keyof typeof messages;
type Part = { message: Message; start: number; end: number; depth: number };
type Field = { number: number; wire: number; value: number; start: number; end: number };

const externalDataField = 13;
const dataLocationField = 14;
const windowBytes = 65_536;
const maxDepth = 64;

/**
 * Throws if a tensor of the ONNX file lives in another file: a model from a stranger could name any path of this machine. Only the file itself
 * is read, and of it only what lies around the weights.
 */
export async function refuseExternalData(path: string): Promise<void> {
  await using file = await open(path);
  const { size } = await file.stat();
  const reader = createReader(file, size);
  const parts: Part[] = [{ message: "model", start: 0, end: size, depth: 0 }];
  for (let part = parts.pop(); part; part = parts.pop()) {
    if (part.depth > maxDepth) throw new Error("is nested too deeply");
    for (let at = part.start; at < part.end;) {
      const field = await reader.readField(at, part.end);
      at = field.end;
      const isExternal =
        field.number === externalDataField || (field.number === dataLocationField && field.value === 1);
      if (part.message === "tensor" && isExternal)
        throw new Error("keeps weights in another file; save it with all weights inside");
      const fields: Record<number, Message> = messages[part.message];
      const message = field.wire === 2 ? fields[field.number] : undefined;
      if (message) parts.push({ message, start: field.start, end: field.end, depth: part.depth + 1 });
    }
  }
}

function createReader(file: FileHandle, size: number) {
  const window = Buffer.alloc(windowBytes);
  let from = 0;
  let length = 0;

  async function byteAt(at: number): Promise<number> {
    if (at < from || at >= from + length) {
      from = at;
      length = (await file.read(window, 0, windowBytes, at)).bytesRead;
    }
    const byte = at < size ? window[at - from] : undefined;
    if (byte === undefined) throw new Error("is cut off or no ONNX file");
    return byte;
  }

  async function readVarint(at: number): Promise<{ value: number; end: number }> {
    let value = 0;
    for (let i = 0; i < 10; i++) {
      const byte = await byteAt(at + i);
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return { value, end: at + i + 1 };
    }
    throw new Error("is no ONNX file");
  }

  /** The field at `at`; `start` to `end` are its bytes. */
  async function readField(at: number, limit: number): Promise<Field> {
    const tag = await readVarint(at);
    const wire = tag.value % 8;
    const number = Math.floor(tag.value / 8);
    const { value, end } = wire === 0 || wire === 2 ? await readVarint(tag.end) : { value: 0, end: tag.end };
    const lengths = new Map([
      [0, 0],
      [1, 8],
      [2, value],
      [5, 4],
    ]);
    const bytes = lengths.get(wire);
    if (bytes === undefined || number === 0 || end + bytes > limit) throw new Error("is cut off or no ONNX file");
    return { number, wire, value, start: end, end: end + bytes };
  }

  return { readField };
}
