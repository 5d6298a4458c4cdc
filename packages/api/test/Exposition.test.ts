import { describe, expect, test } from "vitest"
import { gauges, render, renderOpen } from "../src/Exposition.ts"

describe("Prometheus' text format", () => {
  test("families come by name, each with its help and type; one without a value is left out", () => {
    const text = render([
      gauges("roundlot_b", "second", [[{}, 2]]),
      gauges("roundlot_empty", "nothing", []),
      gauges("roundlot_a", "first", [
        [{ side: "buy" }, 1],
        [{ side: "sell", symbol: "KO" }, -0.5]
      ])
    ])
    expect(text).toBe(
      [
        "# HELP roundlot_a first",
        "# TYPE roundlot_a gauge",
        'roundlot_a{side="buy"} 1',
        'roundlot_a{side="sell",symbol="KO"} -0.5',
        "# HELP roundlot_b second",
        "# TYPE roundlot_b gauge",
        "roundlot_b 2",
        ""
      ].join("\n")
    )
  })

  test("quotes, backslashes and line ends in labels and help cannot end a line or a value", () => {
    const text = render([gauges("roundlot_a", "one\ntwo\\", [[{ part: 'a"b\\c\nd' }, Number.POSITIVE_INFINITY]])])
    expect(text).toBe(
      ["# HELP roundlot_a one\\ntwo\\\\", "# TYPE roundlot_a gauge", 'roundlot_a{part="a\\"b\\\\c\\nd"} +Inf', ""].join(
        "\n"
      )
    )
  })
})

describe("OpenMetrics' text format", () => {
  test("a counter's family has no _total, a bucket names the trace of a measurement, and the end is said", () => {
    const exemplar = { traceId: "0af7651916cd43dd8448eb211c80319c", seconds: 0.07, atMs: 1_520_879_607_789 }
    const text = renderOpen([
      { name: "roundlot_b_total", help: 'so "many"', type: "counter", samples: [{ labels: {}, value: 2 }] },
      {
        name: "roundlot_a_seconds",
        help: "how long",
        type: "histogram",
        samples: [
          { labels: { le: "0.1" }, suffix: "_bucket", value: 1, exemplar },
          { labels: { le: "+Inf" }, suffix: "_bucket", value: 1 }
        ]
      }
    ])
    expect(text).toBe(
      [
        "# HELP roundlot_a_seconds how long",
        "# TYPE roundlot_a_seconds histogram",
        'roundlot_a_seconds_bucket{le="0.1"} 1 # {trace_id="0af7651916cd43dd8448eb211c80319c"} 0.07 1520879607.789',
        'roundlot_a_seconds_bucket{le="+Inf"} 1',
        '# HELP roundlot_b so \\"many\\"',
        "# TYPE roundlot_b counter",
        "roundlot_b_total 2",
        "# EOF",
        ""
      ].join("\n")
    )
  })
})
