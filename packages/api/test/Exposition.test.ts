import { describe, expect, test } from "vitest"
import { gauges, render } from "../src/Exposition.ts"

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
