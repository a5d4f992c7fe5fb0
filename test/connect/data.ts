import type { ConnectData } from './server.js';

/** In every value of `connectData`: what must never be seen. */
export const marker = 'MARKER-0f9a';
/** The token that `connectData` takes; may read the vault Kubernetes. */
export const token = 'eyJhbGciOiJFUzI1NiJ9.TOKEN-7c1e.signature';

let made = 0;

/** An ID as 1Password makes them. */
function newId(): string {
  made += 1;
  return `id${String(made).padStart(24, '0')}`;
}

function item(
  title: string,
  labels: readonly (string | undefined)[],
  files: readonly string[] = [],
  vault = 'Kubernetes',
) {
  return {
    id: newId(),
    vault,
    title,
    fields: labels.map((label, index) => ({
      ...(label !== undefined && { label }),
      value: `${marker}-${index}`,
      type: 'CONCEALED',
      section: index % 2 ? 'more' : 'first',
    })),
    files: files.map((name) => ({ id: newId(), name, content: `${marker} of a file` })),
  };
}

/** A vault as a homelab has it, with the mistakes that happen. */
export const connectData = {
  tokens: { [token]: ['Kubernetes', 'Shared'] },
  vaults: [
    { id: newId(), name: 'Kubernetes' },
    { id: newId(), name: 'Shared' },
    { id: newId(), name: 'Private' },
  ],
  items: [
    item('Grafana', ['username', 'password', 'admin user', 'api-key', '2nd factor', undefined], ['ca.pem']),
    item('Twice', ['password']),
    item('Twice', ['password']),
    item('Repeated', ['password', 'token', 'token']),
    item('Collide', ['a b', 'a-b', 'password']),
    item('Umlaut', ['Schlüssel']),
    { ...item('Kubeconfig', ['notesPlain'], ['config.yaml']), category: 'DOCUMENT' },
    item('Grafana', ['elsewhere'], [], 'Shared'),
    item('Only shared', ['password'], [], 'Shared'),
  ],
} satisfies ConnectData;
