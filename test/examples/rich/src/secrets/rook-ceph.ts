import { appSecret } from '#cluster-secrets';

// All fields of two items in one Secret, told apart by the alias.
export default appSecret({
  namespace: 'rook-ceph',
  name: 'object-stores',
  items: { backups: 'Ceph Object Store Backups', media: 'Ceph Object Store Media' },
  keys: 'all',
  annotations: { 'reloader.stakater.com/match': 'true' },
});
