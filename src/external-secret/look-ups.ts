/** How an app secret reads its items: the look-ups, and the rewrites that rename their fields. */
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

/** Renames the field with exactly this label. */
function replaceExactly(label: string): ExternalSecretSpecDataFromRewrite {
  return replace(`^${escapeRegExp(label)}$`, exactName(label));
}

/** Makes every label usable after a dot, so that a missing field is an error that names it. */
const plainNames = replace('[^A-Za-z0-9_]', '_');
/** Renames labels that nothing uses, which `plainNames` would otherwise turn into the name of another one. */
const unused = replace('^([\\s\\S]*[^A-Za-z0-9_][\\s\\S]*)$', 'unused_$1');
/** Only the characters valid in a Secret key; ESO's own conversion, without a rewrite, keeps others. */
const validKeys = replace('[^-._A-Za-z0-9]', '_');
/** A name in a template can't start with a digit. */
const noDigitFirst = replace('^([0-9])', '_$1');

/** How a store reads 1Password: through a Connect server, or with a service account. */
export type Provider = 'onepassword' | 'onepasswordSDK';

/**
 * The `dataFrom` of the ExternalSecret: one look-up of all fields per item. With onepasswordSDK it also contains the
 * look-ups of single fields and files, because its `data[]` needs secret references, which can't express every label.
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
 * The rewrites of a look-up. Any rewrite turns ESO's own conversion off, so they must make unused labels valid too.
 *
 * @param labels The labels to match exactly.
 * @param open Whether templates read fields of this item.
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
 * The `data` of the ExternalSecret: look-ups of single files and decoded fields, so that each failure is an error that
 * names item and field or file. An `extract` of a missing file finds nothing, and ESO reports Ready; the template
 * function `b64dec` writes its error into the Secret, where ESO's own decoding fails.
 */
export function singleLookUps(
  props: SecretSource,
  provider: Provider = 'onepassword',
): ExternalSecretSpecData[] {
  return provider === 'onepassword' ? singles(props) : [];
}

/** The same as extracts, each renamed to the name that the template uses. */
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
