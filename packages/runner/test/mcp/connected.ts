import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { getDefaultEnvironment, StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js"
import { onTestFinished } from "vitest"
import { program, type desk } from "../cli/roundlot.ts"

/** A model's program that is connected, with the token that it was given, to a server with these variables. */
export const connected = async (
  { store }: Pick<ReturnType<typeof desk>, "store">,
  token?: string,
  variables: Readonly<Record<string, string>> = {}
) => {
  const client = new Client({ name: "test", version: "1.0.0" })
  const [command = "", ...args] = program("main", ["mcp", "--store", store])
  const said = token === undefined ? {} : { ROUNDLOT_MCP_TOKEN: token }
  const env = { ...getDefaultEnvironment(), ...variables, ...said }
  await client.connect(new StdioClientTransport({ command, args, env, stderr: "ignore" }))
  onTestFinished(() => client.close())
  return {
    close: () => client.close(),
    tools: async () => (await client.listTools()).tools.map(({ name }) => name).toSorted(),
    /** Calls a tool, in the trace that is named. */
    call: async (name: string, asked: Record<string, unknown>, traceparent?: string) => {
      const traced = traceparent === undefined ? {} : { _meta: { traceparent } }
      const { isError, structuredContent } = await client.callTool({ name, arguments: asked, ...traced })
      return { isError, answer: structuredContent }
    }
  }
}
