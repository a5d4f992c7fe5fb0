import { retained, secretMissing } from '../external-secret/reason.js';
import type { ClusterObject } from './connection.js';

/** A condition in the status of an object. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** An object's Ready condition; undefined until one is written. */
export function conditionOf({ status }: ClusterObject): Condition | undefined {
  return (status?.conditions as Condition[] | undefined)?.find(({ type }) => type === 'Ready');
}

/**
 * Whether an object is Ready. External Secrets Operator also says so when the Secret to merge into is missing, or when
 * it had no data.
 */
export function isReady(object: ClusterObject): boolean {
  const { status, reason, message = '' } = conditionOf(object) ?? {};
  return status === 'True' && reason !== secretMissing && !message.startsWith(retained);
}
