export type WasmMemory = { readonly buffer: ArrayBuffer; grow(pages: number): number };
type WasmInstance = { readonly exports: Record<string, unknown> };
type Api = {
  Memory: new (size: { initial: number }) => WasmMemory;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: Record<string, Record<string, WasmMemory>>) => WasmInstance;
};

/** Node's own WebAssembly, whose types are left to a browser's. */
export const { WebAssembly } = globalThis as unknown as { WebAssembly: Api };
