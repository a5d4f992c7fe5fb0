import { isTree } from '../tree.js';
import { fieldBehind } from './rewrites.js';

/** ESO's reason for Ready when the Secret to merge keys into does not exist. */
export const secretMissing = 'SecretMissing';

/** The start of ESO's message for Ready when its look-ups found nothing at all. */
export const retained = 'secret retained';

/**
 * Turns an event message of ESO into one line that names the item and the field. It knows the messages of the
 * onepassword provider and the template engine of ESO 2.9.0, and returns others unchanged.
 *
 * @param object The ExternalSecret, to find the item and the label behind a name in its template.
 */
export function readableReason(message: string, object: { readonly spec?: unknown } = {}): string {
  const text = message.replace(/\s+/g, ' ').trim();
  for (const [pattern, say] of texts) {
    const match = pattern.exec(text);
    if (match) return say(match.slice(1), object);
  }
  return text.replace(/^error processing spec\.\S+( \(key: [^)]*\))?, err: /, '');
}

/** Whether `readableReason` knows a message. */
export function isReadable(message: string): boolean {
  const text = message.replace(/\s+/g, ' ');
  return texts.some(([pattern]) => pattern.test(text));
}

type Say = (parts: readonly string[], object: { readonly spec?: unknown }) => string;

const texts: readonly (readonly [RegExp, Say])[] = [
  [
    /key not found in 1Password Vaults: (.*) in: map\[(.*)\]/,
    ([item, vaults = '']) =>
      `1Password has no item '${item}' in the vaults ${vaults.replace(/:\d+$/, '').replace(/:\d+ /g, ', ')}`,
  ],
  [
    /Found (\d+) item\(s\) in vault ".*?" with title "([\da-z]{26})"/,
    ([, id]) => `the first vault has no item with the ID '${id}', and an ID is only looked up there`,
  ],
  [
    /expected one 1Password Item matching: '(.*)', got (\d+)/,
    ([item, count]) => `1Password has ${count} items titled '${item}'`,
  ],
  [
    /expected one 1Password ItemField matching: '(.*)' in '(.*)', got (\d+)/,
    ([field, item, count]) =>
      count === '0'
        ? `the item '${item}' has no field '${field}'`
        : `the item '${item}' has ${count} fields labelled '${field}'`,
  ],
  [
    /error finding 1Password Document: '(.*)', '(.*)'/,
    ([item, file]) => `the item '${item}' has no file '${file}'`,
  ],
  [
    /executing "(.*?)" at <.*?>: map has no entry for key "(.*?)"/,
    ([key, name = ''], object) => {
      const field = fieldBehind(object.spec, name);
      const uses = `the key ${key} uses the field '${field?.label ?? name}', which`;
      if (field === undefined) return `${uses} the item does not have`;
      const items = field.items.map((item) => `'${item}'`).join(', ');
      return field.items.length > 1
        ? `${uses} none of the items ${items} has`
        : `${uses} the item ${items} does not have`;
    },
  ],
  [
    /error fetching templateFrom data: configmaps "(.*?)" not found/,
    ([name]) => `the ConfigMap '${name}' in templateFrom does not exist in its namespace`,
  ],
  [
    /error fetching templateFrom data: error in configmap (\S+): missing key (\S+)/,
    ([name, key]) => `the ConfigMap '${name}' of templateFrom has no key '${key}'`,
  ],
  [
    /secret is owned by another ExternalSecret: (\S+)/,
    ([name]) =>
      `its Secret is owned by the ExternalSecret '${name}', and External Secrets Operator lets no other one write to it`,
  ],
  [
    /spec\.data\[(\d+)\] \(key: (.*)\), err: error applying decoding strategy (\w+) to data/,
    ([at = '', item, strategy], { spec }) => {
      const entry = isTree(spec) && Array.isArray(spec['data']) ? spec['data'][Number(at)] : undefined;
      const property = String(entry?.remoteRef?.property ?? '').replace(/^field\//, '');
      return `the field '${property}' of the item '${item}' is not valid ${strategy}, which decode expects`;
    },
  ],
  [
    /executing "(.*?)" at <fail .*>: error calling fail: (.*?)$/,
    ([key, why]) => `the key ${key} is not written: ${why}`,
  ],
];
