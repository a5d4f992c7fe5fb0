import { annotateForSync, type Connection, resources } from './connection.js';
import type { Row } from './row.js';
import type { Status } from './status.js';
import { until } from './until.js';

/**
 * Makes ESO reconcile what fails: stores first, then the ExternalSecrets that depend on them. The only write
 * is an annotation.
 *
 * @param read Reads the status.
 * @param report Receives progress lines.
 * @param limit How long to wait for each kind, in milliseconds; a new failure ends the wait early.
 * @returns The status afterwards.
 * @throws ClusterError if the annotation can't be written.
 */
export async function retry(
  connection: Connection,
  read: () => Promise<Status>,
  report: (line: string) => void,
  limit: number,
): Promise<Status> {
  let status = await read();
  for (const [kind, resource] of [
    ['ClusterSecretStore', resources.clusterStores],
    ['SecretStore', resources.stores],
    ['ExternalSecret', resources.externalSecrets],
  ] as const) {
    const failing = failed(status, kind);
    if (failing.length === 0) continue;
    // Event timestamps have no fractions of a second.
    const asked = Math.floor(Date.now() / 1000) * 1000;
    for (const { object, namespace, name } of failing) {
      if (!object) continue;
      await annotateForSync(connection, resource, object);
      const place = namespace === undefined ? name : `${namespace}/${name}`;
      report(`asked External Secrets Operator to reconcile ${kind} ${place}`);
    }
    report('waiting for the result');
    let seen = status;
    await until(async () => {
      seen = await read();
      // A failure writes an event; a missing target Secret does not, and counts as a sync.
      const waiting = failed(seen, kind).some(
        ({ said, lastSync }) => Math.max(said?.getTime() ?? 0, lastSync?.getTime() ?? 0) <= asked,
      );
      return waiting ? undefined : true;
    }, limit);
    status = seen;
    if (kind !== 'ExternalSecret' && failed(status, kind).length > 0) break;
  }
  return status;
}

function failed(status: Status, kind: Row['kind']): Row[] {
  return status.rows.filter((row) => row.kind === kind && !row.ready && row.object !== undefined);
}
