import { Construct } from 'constructs';
import { PrometheusRule, PrometheusRuleSpecGroupsRulesExpr } from '../../imports/monitoring.coreos.com.js';

/** A Prometheus alert. */
export interface Alert {
  /** Name of the alert, in Prometheus' style: `ConnectDown`. */
  readonly name: string;
  /** PromQL expression; the alert fires while it returns any series. */
  readonly expression: string;
  /** How long the expression must hold before the alert fires, as a Prometheus duration: `5m`. */
  readonly for: string;
  /** Value of the label `severity`. */
  readonly severity: 'warning' | 'critical';
  /** Additional labels of the alert. @default - none */
  readonly labels?: { readonly [key: string]: string };
  /** What is wrong, in one line; may be a Go template. */
  readonly summary: string;
  /** What to do; may be a Go template. */
  readonly description: string;
}

/** Input of `AlertRules`. */
export interface AlertRulesProps {
  /** Name of the PrometheusRule and of its only group. */
  readonly name: string;
  /** Namespace of the PrometheusRule. */
  readonly namespace: string;
  /** Labels by which Prometheus selects rules. @default - none */
  readonly labels?: { readonly [key: string]: string };
  /** The alerts. */
  readonly alerts: readonly Alert[];
}

/**
 * A PrometheusRule with alerts: https://prometheus-operator.dev/docs/api-reference/api/
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
 *       description: 'Check its log.',
 *     },
 *   ],
 * });
 */
export class AlertRules extends Construct {
  /**
   * @param scope The chart or unit to add it to.
   * @param id Name in the scope.
   * @param props The alerts, and the PrometheusRule to put them in.
   */
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
