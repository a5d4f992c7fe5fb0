import type { AppSecretProps } from '../constructs/app-secret.js';
import type { Problem } from '../errors.js';
import { itemsOf } from '../external-secret/source.js';
import { operatorNamespace } from '../platform/context.js';
import { isExisting } from '../platform/existing.js';
import type { ResolvedSettings } from '../platform/settings-schema.js';

/** Secrets that this project or Flux depends on, each with a description. */
function reserved(settings: ResolvedSettings): Map<string, string> {
  const { namespace, connect, credentialsSecret, flux } = settings;
  const { token } = isExisting(connect)
    ? connect.existing
    : { token: { name: credentialsSecret, namespace } };
  return new Map([
    ...(token
      ? [
          [
            `${token.namespace ?? namespace}/${token.name}`,
            'the Secret that Connect and the store need',
          ] as const,
        ]
      : []),
    [
      `${operatorNamespace(settings)}/external-secrets-webhook`,
      "the Secret of External Secrets Operator's webhook",
    ],
    [`${flux.namespace}/${flux.sopsSecret}`, 'the Secret Flux decrypts with'],
    [`${flux.source.namespace ?? flux.namespace}/${flux.source.name}`, 'the Secret Flux reads git with'],
  ]);
}

/** Names that belong to something else or break the look-up, and namespaces that the store does not serve. */
export function referenceProblems(secret: AppSecretProps, settings: ResolvedSettings): Problem[] {
  const problems: Problem[] = [];
  const taken = reserved(settings).get(`${secret.namespace}/${secret.name}`);
  if (taken !== undefined) {
    problems.push({
      where: 'name',
      what: `is ${taken}, and External Secrets Operator would ${secret.creationPolicy === 'Merge' ? 'change it' : 'take it over'}`,
      todo: 'choose another name',
    });
  }
  const { namespaces, name } = settings.store;
  if (namespaces && !namespaces.includes(secret.namespace)) {
    problems.push({
      where: 'namespace',
      what: `can't use the store ${name}, which only serves ${namespaces.join(', ')}`,
      todo: `add it to store.${settings.store.isExisting ? 'existing.' : ''}namespaces in src/settings.ts`,
    });
  }
  for (const { title } of itemsOf(secret)) {
    if (!title.includes('"')) continue;
    problems.push({
      where: secret.items ? 'items' : 'item',
      what: `'${title}' contains a ", which breaks the look-up in Connect`,
      todo: "rename the item in 1Password, or write the item's ID",
    });
  }
  return problems;
}
