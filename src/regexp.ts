/** Writes a text so that a regular expression, of JavaScript or of Go, takes it as it is. */
export function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
