import { Construct } from 'constructs';
import { PrometheusRule, PrometheusRuleSpecGroupsRulesExpr } from '../../imports/monitoring.coreos.com.js';

/** An alert of Prometheus. */
export interface Alert {
  /** Name, in the way of Prometheus: `ConnectDown`. */
  readonly name: string;
  /** PromQL; the alert fires while it gives anything. */
  readonly expression: string;
  /** How long it must do so first, as Prometheus writes durations: `5m`. */
  readonly for: string;
  readonly severity: 'warning' | 'critical';
  /** More labels of the alert. @default - none */
  readonly labels?: { readonly [key: string]: string };
  /** What is wrong, in one line; a Go template over the labels. */
  readonly summary: string;
  /** What to do; a Go template, too. */
  readonly description: string;
}

/** Input of `AlertRules`. */
export interface AlertRulesProps {
  /** Name of the PrometheusRule and of its one group. */
  readonly name: string;
  readonly namespace: string;
  /** Labels by which Prometheus picks its rules. @default - none */
  readonly labels?: { readonly [key: string]: string };
  readonly alerts: readonly Alert[];
}

/**
 * Alerts, as a PrometheusRule: https://prometheus-operator.dev/docs/api-reference/api/
 *
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { AlertRules } from 'cluster-secrets';
 *
 * const chart = new Chart(new App(), 'alerts');
 * new AlertRules(chart, 'backups', {
 *   name: 'backups',
 *   namespace: 'monitoring',
 *   alerts: [
 *     {
 *       name: 'BackupFailed',
 *       expression: 'backup_failed == 1',
 *       for: '1h',
 *       severity: 'warning',
 *       summary: 'A backup failed.',
 *       description: 'Look at its log.',
 *     },
 *   ],
 * });
 */
export class AlertRules extends Construct {
  constructor(scope: Construct, id: string, { name, namespace, labels, alerts }: AlertRulesProps) {
    super(scope, id);
    new PrometheusRule(this, 'rule', {
      metadata: { name, namespace, ...(labels && { labels }) },
      spec: {
        groups: [
          {
            name,
            rules: alerts.map(({ expression, severity, summary, description, labels: more, ...alert }) => ({
              alert: alert.name,
              annotations: { description, summary },
              expr: PrometheusRuleSpecGroupsRulesExpr.fromString(expression),
              for: alert.for,
              labels: { ...more, severity },
            })),
          },
        ],
      },
    });
  }
}
