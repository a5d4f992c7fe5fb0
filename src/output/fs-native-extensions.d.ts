/** The package has no types of its own; this is the one function of it that is used. */
declare module 'fs-native-extensions' {
  /** Exchanges two paths in one step (renameat2 with RENAME_EXCHANGE, renamex_np with RENAME_SWAP). */
  export function swap(from: string, to: string): Promise<void>;
}
