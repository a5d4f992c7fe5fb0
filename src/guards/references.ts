import type { AppSecretProps } from '../constructs/app-secret.js';
import type { Problem } from '../errors.js';
import { itemsOf } from '../external-secret/source.js';
import { operatorNamespace } from '../platform/context.js';
import { isExisting } from '../platform/existing.js';
import type { ResolvedSettings } from '../platform/settings.js';

/** Secrets that the project or Flux lives on, with what they are. */
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
    [`${flux.namespace}/${flux.sopsSecret}`, 'the Secret with which Flux decrypts'],
    [
      `${flux.source.namespace ?? flux.namespace}/${flux.source.name}`,
      'the Secret with which Flux reads git',
    ],
  ]);
}

/** Names that mean something else than the operator thinks, or a store that does not serve the namespace. */
export function referenceProblems(secret: AppSecretProps, settings: ResolvedSettings): Problem[] {
  const problems: Problem[] = [];
  const taken = reserved(settings).get(`${secret.namespace}/${secret.name}`);
  if (taken !== undefined) {
    problems.push({
      where: 'name',
      what: `is ${taken}, and ESO would ${secret.creationPolicy === 'Merge' ? 'change it' : 'take it over'}`,
      todo: 'choose another name',
    });
  }
  const { namespaces, name } = settings.store;
  if (namespaces && !namespaces.includes(secret.namespace)) {
    problems.push({
      where: 'namespace',
      what: `may not use the store ${name}, which is for ${namespaces.join(', ')}`,
      todo: `add it to store.${settings.store.isExisting ? 'existing.' : ''}namespaces in src/settings.ts`,
    });
  }
  for (const { title } of itemsOf(secret)) {
    if (!title.includes('"')) continue;
    problems.push({
      where: secret.items ? 'items' : 'item',
      what: `'${title}' has a " in it, which breaks the look-up in Connect`,
      todo: "rename the item in 1Password, or write the item's ID",
    });
  }
  return problems;
}
