import { appSecret } from '#cluster-secrets';

// A config file from two items, with Alertmanager's own templates quoted for ESO.
export default appSecret({
  namespace: 'monitoring',
  name: 'alertmanager-config',
  items: { pushover: 'Pushover', healthchecks: 'healthchecks.io' },
  template: {
    'alertmanager.yaml': `route:
  receiver: pushover
  routes:
    - receiver: heartbeat
      matchers: [alertname = "Watchdog"]
receivers:
  - name: heartbeat
    webhook_configs:
      - url: "https://hc-ping.com/{{ .healthchecks_ping_key }}/alertmanager"
  - name: pushover
    pushover_configs:
      - user_key: "{{ .pushover_user_key }}"
        token: "{{ .pushover_token_alertmanager }}"
        title: '{{ "{{ .CommonLabels.alertname }}" }}'
`,
  },
});
