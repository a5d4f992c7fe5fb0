import { age } from '../../cluster/age.js';
import type { Row } from '../../cluster/row.js';
import type { Status } from '../../cluster/status.js';
import { plainTable } from '../../terminal/table.js';

/**
 * Formats the status as a table.
 *
 * @param now The time that ages refer to.
 */
export function statusText(status: Status, now: Date): string {
  const table = plainTable(
    ['KIND', 'NAME', 'READY', 'SYNCED', 'NEXT', 'MESSAGE'],
    status.rows.map((row) => cells(row, now)),
  );
  const store = status.rows.find(({ kind }) => /^(Cluster)?SecretStore$/.test(kind));
  const hint =
    store && !store.ready && store.object
      ? [
          'External Secrets Operator retries a failing store within 7 minutes; to retry now: `npm run status -- --retry`',
        ]
      : [];
  const warned = status.warnings.map((line) => `warning: ${line}`);
  const failing = status.rows.filter(({ ready }) => !ready).length;
  const counted =
    failing === 0
      ? `all ${status.rows.length} that could be read are ready`
      : `${failing} of ${status.rows.length} not ready`;
  const summary = status.ready
    ? `all ${status.rows.length} ready`
    : status.rows.length === 0
      ? 'not ready'
      : counted;
  return [...(status.rows.length > 0 ? [table] : []), ...status.notes, ...warned, ...hint, summary].join(
    '\n',
  );
}

function cells(row: Row, now: Date): string[] {
  const { lastSync, nextRefresh } = row;
  const syncs = row.kind === 'ExternalSecret';
  // Blank for what ESO does not retry: absent, stale or being deleted.
  const next = nextRefresh
    ? `in ${age(nextRefresh.getTime() - now.getTime())}`
    : row.retried
      ? 'retrying'
      : '';
  return [
    row.kind,
    row.namespace === undefined ? row.name : `${row.namespace}/${row.name}`,
    row.ready ? 'yes' : 'no',
    lastSync ? `${age(now.getTime() - lastSync.getTime())} ago` : syncs ? 'never' : '',
    syncs ? next : '',
    row.message,
  ];
}

/** Formats the status as JSON: `ready`, `notes`, `warnings` and the rows; times are ISO 8601, or null. */
export function statusJson({ ready, notes, warnings, rows }: Status): string {
  const plainRows = rows.map(
    ({ object: _object, said: _said, retried: _retried, lastSync, nextRefresh, namespace, ...row }) => ({
      ...row,
      namespace: namespace ?? null,
      lastSync: lastSync?.toISOString() ?? null,
      nextRefresh: nextRefresh?.toISOString() ?? null,
    }),
  );
  return JSON.stringify({ ready, notes, warnings, rows: plainRows }, null, 2);
}
