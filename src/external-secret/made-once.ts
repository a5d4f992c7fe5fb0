/**
 * How to make ESO rewrite a Secret despite `refreshPolicy: CreatedOnce`: without its hash annotation, ESO considers
 * the Secret modified (observed with 2.9.0). The Secret exists throughout.
 */
export function writeAnew(namespace: string, secret: string): string {
  return `to have it rewritten: \`kubectl -n ${namespace} annotate secret ${secret} reconcile.external-secrets.io/data-hash-\``;
}
