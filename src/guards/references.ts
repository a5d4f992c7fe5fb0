import type { AppSecretProps } from '../constructs/app-secret.js';
import { itemsOf } from '../external-secret/source.js';
import type { ResolvedSettings } from '../platform/settings.js';
import type { Finding } from './finding.js';

/** Secrets that the project or Flux lives on, with what they are. */
function reserved({ namespace, credentialsSecret, flux }: ResolvedSettings): Map<string, string> {
  return new Map([
    [`${namespace}/${credentialsSecret}`, 'the Secret that Connect and the store need'],
    [`${namespace}/external-secrets-webhook`, "the Secret of External Secrets Operator's webhook"],
    [`${flux.namespace}/${flux.sopsSecret}`, 'the Secret with which Flux decrypts'],
    [
      `${flux.source.namespace ?? flux.namespace}/${flux.source.name}`,
      'the Secret with which Flux reads git',
    ],
  ]);
}

/** Names that mean something else than the operator thinks, or a store that does not serve the namespace. */
export function referenceFindings(secret: AppSecretProps, settings: ResolvedSettings): Finding[] {
  const findings: Finding[] = [];
  const taken = reserved(settings).get(`${secret.namespace}/${secret.name}`);
  if (taken !== undefined) {
    findings.push({
      field: 'name',
      what: `is ${taken}, and ESO would take it over`,
      todo: 'choose another name',
    });
  }
  const { namespaces, name } = settings.store;
  if (namespaces && !namespaces.includes(secret.namespace)) {
    findings.push({
      field: 'namespace',
      what: `may not use the store ${name}, which is for ${namespaces.join(', ')}`,
      todo: 'add it to store.namespaces in src/settings.ts',
    });
  }
  for (const { title } of itemsOf(secret)) {
    if (!title.includes('"')) continue;
    findings.push({
      field: secret.items ? 'items' : 'item',
      what: `'${title}' has a " in it, which breaks the look-up in Connect`,
      todo: "rename the item in 1Password, or write the item's ID",
    });
  }
  return findings;
}
