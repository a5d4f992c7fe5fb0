/** How an app secret reads its items: the look-ups, and the rewrites that name their fields. */
import {
  type ExternalSecretSpecData,
  type ExternalSecretSpecDataFrom,
  ExternalSecretSpecDataFromExtractDecodingStrategy,
  type ExternalSecretSpecDataFromRewrite,
  ExternalSecretSpecDataRemoteRefDecodingStrategy,
} from '../../imports/external-secrets.io.js';
import { escapeRegExp } from '../regexp.js';
import { exactName, isExact, nameInTemplates } from './names.js';
import { fieldsRead, isDecoded, itemsOf, labelOf, prefixOf, type SecretSource, sourcesOf } from './source.js';

function replace(source: string, target: string): ExternalSecretSpecDataFromRewrite {
  return { regexp: { source, target } };
}

/** Takes one label by its exact text. */
function replaceExactly(label: string): ExternalSecretSpecDataFromRewrite {
  return replace(`^${escapeRegExp(label)}$`, exactName(label));
}

/** Makes every label one that a dot reaches, so that a missing one is an error that names it. */
const plainNames = replace('[^A-Za-z0-9_]', '_');
/** Labels that nobody asked for: out of the way of those that `plainNames` would make them look like. */
const unused = replace('^([\\s\\S]*[^A-Za-z0-9_][\\s\\S]*)$', 'unused_$1');
/** Only characters that a Secret's key may have; ESO's own conversion, without a rewrite, lets more through. */
const validKeys = replace('[^-._A-Za-z0-9]', '_');
/** A template can't name what begins with a digit. */
const noDigitFirst = replace('^([0-9])', '_$1');

/** How a store reads 1Password: through a Connect server, or with a service account. */
export type Provider = 'onepassword' | 'onepasswordSDK';

/**
 * The look-ups of the ExternalSecret that take fields: one for each item. With onepasswordSDK also those that
 * take one thing each: its `data[]` wants a reference of 1Password's command line, which says less than a label.
 */
export function lookUps(
  props: SecretSource,
  provider: Provider = 'onepassword',
): ExternalSecretSpecDataFrom[] {
  return [...fieldLookUps(props), ...(provider === 'onepasswordSDK' ? singleExtracts(props) : [])];
}

function fieldLookUps(props: SecretSource): ExternalSecretSpecDataFrom[] {
  const sources = sourcesOf(props);
  const read = fieldsRead(props);
  return itemsOf(props).flatMap(({ prefix, title }) => {
    const fields = sources.filter(
      (source) => prefixOf(source) === prefix && labelOf(source) !== undefined && !isDecoded(source),
    );
    const open = read.everything || [...read.names].some((name) => name.startsWith(prefix));
    const noFields = props.template === undefined && fields.length === 0 && !open;
    if (props.keys !== 'all' && noFields) return [];
    const exact = fields.flatMap((source) => {
      const label = labelOf(source);
      return label !== undefined && isExact(source, label, read) ? [label] : [];
    });
    const rewrite = rewritesOf(prefix, new Set(exact), open, props.keys === 'all');
    return [{ extract: { key: title }, ...(rewrite.length > 0 && { rewrite }) }];
  });
}

/**
 * Any rewrite turns ESO's own conversion off, so that the labels nobody asked for must be made valid, too.
 *
 * @param labels Those that are taken by their exact text.
 * @param open Whether templates read names of this item.
 * @param all Whether every field becomes a key.
 */
function rewritesOf(
  prefix: string,
  labels: ReadonlySet<string>,
  open: boolean,
  all: boolean,
): ExternalSecretSpecDataFromRewrite[] {
  const exact = [...labels].map(replaceExactly);
  const withPrefix = prefix === '' ? [] : [replace('^', prefix)];
  if (open) return [...exact, plainNames, ...(prefix === '' ? [noDigitFirst] : []), ...withPrefix];
  if (all) return prefix === '' ? [] : [validKeys, ...withPrefix];
  return exact.length > 0 || prefix !== '' ? [...exact, unused, plainNames, ...withPrefix] : [];
}

/**
 * The look-ups that take one thing each: a file, because an `extract` of a file that is not there finds
 * nothing, and ESO calls that Ready; and a field that is decoded, because ESO's own decoding fails where the
 * function `b64dec` writes its error into the Secret. Both are errors that name item and field or file.
 */
export function singleLookUps(
  props: SecretSource,
  provider: Provider = 'onepassword',
): ExternalSecretSpecData[] {
  return provider === 'onepassword' ? singles(props) : [];
}

/** The same as extracts of one field or file, by the name that the template knows. */
function singleExtracts(props: SecretSource): ExternalSecretSpecDataFrom[] {
  return singles(props).map(({ secretKey, remoteRef: { key, property, decodingStrategy } }) => ({
    extract: {
      key,
      ...(property !== undefined && { property }),
      ...(decodingStrategy && { decodingStrategy: ExternalSecretSpecDataFromExtractDecodingStrategy.BASE64 }),
    },
    rewrite: [replace('^[\\s\\S]*$', secretKey)],
  }));
}

function singles(props: SecretSource): ExternalSecretSpecData[] {
  const titles = new Map(itemsOf(props).map(({ prefix, title }) => [prefix, title]));
  const found = new Map<string, ExternalSecretSpecData>();
  for (const source of sourcesOf(props)) {
    if (typeof source === 'string') continue;
    const secretKey = nameInTemplates(source);
    const key = titles.get(prefixOf(source)) ?? '';
    if ('file' in source) {
      found.set(secretKey, { secretKey, remoteRef: { key, property: `file/${source.file}` } });
    } else if (isDecoded(source)) {
      const decodingStrategy = ExternalSecretSpecDataRemoteRefDecodingStrategy.BASE64;
      found.set(secretKey, {
        secretKey,
        remoteRef: { key, property: `field/${source.field}`, decodingStrategy },
      });
    }
  }
  return [...found.values()];
}
