import { Traces } from "@roundlot/core/ledger"
import { Metric, MetricState } from "effect"

/** One value of a family, with its labels. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  /** What stands after the family's name: `_count`. */
  readonly suffix?: "_bucket" | "_sum" | "_count"
  /** Of a bucket: a measurement in it, and its trace. */
  readonly exemplar?: Traces.Exemplar | undefined
}

/** Values of one name in Prometheus' sense. */
export interface Family {
  readonly name: string
  readonly help: string
  readonly type: "counter" | "gauge" | "histogram"
  readonly samples: ReadonlyArray<Sample>
}

/** A family of gauges, one for each value. */
export const gauges = (
  name: string,
  help: string,
  values: Iterable<readonly [labels: Readonly<Record<string, string>>, value: number]>
): Family => ({ name, help, type: "gauge", samples: [...values].map(([labels, value]) => ({ labels, value })) })

const escapeLabel = (text: string): string =>
  text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")

const escapeHelp = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")

const numberOf = (value: number): string =>
  value === Number.POSITIVE_INFINITY ? "+Inf" : value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value)

const lineOf = (name: string, { labels, suffix, value }: Sample): string => {
  const shown = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`)
  return `${name}${suffix ?? ""}${shown.length === 0 ? "" : `{${shown.join(",")}}`} ${numberOf(value)}`
}

/** Families in Prometheus' text format 0.0.4, in order of their names; a family without a value is left out. */
export const render = (families: Iterable<Family>): string =>
  [...families]
    .filter(({ samples }) => samples.length > 0)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ help, name, samples, type }) =>
      [
        `# HELP ${name} ${escapeHelp(help)}`,
        `# TYPE ${name} ${type}`,
        ...samples.map((sample) => lineOf(name, sample)),
        ""
      ].join("\n")
    )
    .join("")

const exemplarText = ({ exemplar }: Sample): string =>
  exemplar === undefined
    ? ""
    : ` # {trace_id="${exemplar.traceId}"} ${numberOf(exemplar.seconds)} ${numberOf(exemplar.atMs / 1000)}`

/** The same in the text format of OpenMetrics 1.0.0: exemplars name traces, and a counter's family has no `_total`. */
export const renderOpen = (families: Iterable<Family>): string =>
  `${[...families]
    .filter(({ samples }) => samples.length > 0)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ help, name, samples, type }) => {
      const family = type === "counter" ? name.replace(/_total$/, "") : name
      const lines = samples.map((sample) => `${lineOf(name, sample)}${exemplarText(sample)}\n`)
      return `# HELP ${family} ${escapeHelp(help).replaceAll('"', '\\"')}\n# TYPE ${family} ${type}\n${lines.join("")}`
    })
    .join("")}# EOF\n`

type Labels = Readonly<Record<string, string>>

const samplesOf = (
  state: MetricState.MetricState<unknown>,
  labels: Labels
): readonly [Family["type"], Array<Sample>] => {
  if (MetricState.isCounterState(state)) return ["counter", [{ labels, value: Number(state.count) }]]
  if (MetricState.isGaugeState(state)) return ["gauge", [{ labels, value: Number(state.value) }]]
  if (!MetricState.isHistogramState(state)) return ["gauge", []]
  const buckets = [...state.buckets].map(([bound, count]): Sample => {
    const le = numberOf(bound >= Number.MAX_SAFE_INTEGER ? Number.POSITIVE_INFINITY : bound)
    return {
      suffix: "_bucket",
      labels: { ...labels, le },
      value: count,
      exemplar: Traces.exemplarOf(labels["stage"], bound)
    }
  })
  const ended = buckets.some(({ labels: own }) => own["le"] === "+Inf")
    ? buckets
    : [...buckets, { suffix: "_bucket", labels: { ...labels, le: "+Inf" }, value: state.count } satisfies Sample]
  return [
    "histogram",
    [...ended, { suffix: "_sum", labels, value: state.sum }, { suffix: "_count", labels, value: state.count }]
  ]
}

/** What the program's own metrics say now: those whose name begins with `roundlot_`. */
export const ofProgram = (): ReadonlyArray<Family> => {
  const families = new Map<string, Family>()
  for (const { metricKey, metricState } of Metric.unsafeSnapshot()) {
    if (!metricKey.name.startsWith("roundlot_")) continue
    const labels = Object.fromEntries(metricKey.tags.map(({ key, value }) => [key, value]))
    const [type, samples] = samplesOf(metricState, labels)
    const known = families.get(metricKey.name)
    const help = metricKey.description._tag === "Some" ? metricKey.description.value : metricKey.name
    families.set(metricKey.name, {
      name: metricKey.name,
      help: known?.help ?? help,
      type,
      samples: [...(known?.samples ?? []), ...samples]
    })
  }
  return [...families.values()]
}
