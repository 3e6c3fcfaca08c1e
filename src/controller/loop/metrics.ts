/** Counts, for Prometheus. */
export interface Metrics {
  count: (name: CounterName, labels: Labels) => void;
  /** How long a reconciliation took, in seconds. */
  observe: (seconds: number) => void;
  /** Whether a CofferSecret is ready, and why not; undefined when it is gone. */
  setState: (key: string, state: Labels | undefined) => void;
  setGauges: (read: () => Gauges) => void;
  /** The text that Prometheus reads. */
  render: () => string;
}

interface Gauges {
  queueDepth: number;
  isLeader: boolean;
}
const noGauges = (): Gauges => ({ queueDepth: 0, isLeader: false });

type Labels = Readonly<Record<string, string>>;

const HELP = {
  reconciles_total: 'Reconciliations of a CofferSecret, by result.',
  aws_calls_total: 'Calls to AWS, by service and outcome.',
  kube_requests_total: 'Requests to the API server, by status; 0 is no answer.',
} as const;
type CounterName = keyof typeof HELP;

const PREFIX = 'coffer_controller_';

export function createMetrics(): Metrics {
  const counters = new Map<CounterName, Map<string, number>>();
  const states = new Map<string, string>();
  let [times, seconds] = [0, 0];
  let gauges = noGauges;
  return {
    count(name, labels) {
      const rows = counters.get(name) ?? new Map<string, number>();
      const row = written(labels);
      counters.set(name, rows.set(row, (rows.get(row) ?? 0) + 1));
    },
    observe(took) {
      times += 1;
      seconds += took;
    },
    setState(key, state) {
      if (state) states.set(key, written(state));
      else states.delete(key);
    },
    setGauges(read) {
      gauges = read;
    },
    render() {
      const { queueDepth, isLeader } = gauges();
      const ready = new Map<string, number>();
      for (const state of states.values()) ready.set(state, (ready.get(state) ?? 0) + 1);
      const counted = Object.entries(HELP).flatMap(([name, help]) =>
        family(name, 'counter', help, counters.get(name as CounterName) ?? new Map()),
      );
      const lines = [
        ...counted,
        ...family('secrets', 'gauge', 'CofferSecrets, by state.', ready),
        ...family('queue_depth', 'gauge', 'CofferSecrets that wait.', new Map([['', queueDepth]])),
        ...family('leader', 'gauge', '1 if this replica works.', new Map([['', Number(isLeader)]])),
        ...family('reconcile_seconds', 'summary', 'Time of a reconciliation.', new Map()),
        `${PREFIX}reconcile_seconds_sum ${seconds}`,
        `${PREFIX}reconcile_seconds_count ${times}`,
      ];
      return `${lines.join('\n')}\n`;
    },
  };
}

function family(name: string, type: string, help: string, rows: ReadonlyMap<string, number>) {
  const full = PREFIX + name;
  const values = [...rows].map(([labels, value]) => `${full}${labels} ${value}`);
  return [`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, ...values];
}

function written(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `{${pairs.join(',')}}`;
}
