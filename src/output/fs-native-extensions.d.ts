/** The package ships no types; this declares the one function that is used. */
declare module 'fs-native-extensions' {
  /** Exchanges two paths atomically (renameat2 with RENAME_EXCHANGE, renamex_np with RENAME_SWAP). */
  export function swap(from: string, to: string): Promise<void>;
}
