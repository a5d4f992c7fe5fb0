/**
 * What makes ESO write a Secret again that `refreshPolicy: CreatedOnce` leaves as it is: without the annotation
 * by which ESO knows its own work it takes the Secret for changed (seen with 2.9.0). The Secret is there
 * throughout.
 */
export function writeAnew(namespace: string, secret: string): string {
  return `to have it written anew: \`kubectl -n ${namespace} annotate secret ${secret} reconcile.external-secrets.io/data-hash-\``;
}
