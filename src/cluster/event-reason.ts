/**
 * Turns what ESO writes into an event into one line that names the item and the field. The texts are those
 * of ESO 2.9.0's onepassword provider and template engine; others are shown as they are.
 */
export function readableReason(message: string): string {
  const text = message.replace(/\s+/g, ' ').trim();
  for (const [pattern, say] of texts) {
    const match = pattern.exec(text);
    if (match) return say(match.slice(1));
  }
  return text.replace(/^error processing spec\.\S+( \(key: [^)]*\))?, err: /, '');
}

const texts: readonly (readonly [RegExp, (parts: readonly string[]) => string])[] = [
  [
    /key not found in 1Password Vaults: (.*) in: map\[(.*)\]/,
    ([item, vaults = '']) =>
      `1Password has no item '${item}' in the vaults ${vaults.replace(/:\d+$/, '').replace(/:\d+ /g, ', ')}`,
  ],
  [
    /expected one 1Password ItemField matching: '(.*)' in '(.*)', got 0/,
    ([field, item]) => `the item '${item}' has no field '${field}'`,
  ],
  [
    /expected one 1Password ItemField matching: '(.*)' in '(.*)', got (\d+)/,
    ([field, item, count]) => `the item '${item}' has ${count} fields of the label '${field}'`,
  ],
  [
    /executing "(.*?)" at <.*?>: map has no entry for key "(.*?)"/,
    ([key, field]) => `the key ${key} uses the field '${field}', which the item does not have`,
  ],
];
