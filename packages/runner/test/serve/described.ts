import { Schema } from "effect"
import { Ajv2020 } from "ajv/dist/2020.js"

/** As much of a description of events as a reader needs. */
const Events = Schema.Struct({
  components: Schema.Struct({
    messages: Schema.Record({
      key: Schema.String,
      value: Schema.Struct({ name: Schema.String, payload: Schema.Struct({ $ref: Schema.String }) })
    }),
    schemas: Schema.Record({ key: Schema.String, value: Schema.Object })
  })
})

/** What is wrong with an event of a name, as the text of `/asyncapi.json` has it; nothing where it is as described. */
export const eventFaults = (described: string) => {
  const { components } = Schema.decodeUnknownSync(Schema.parseJson(Events))(described)
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  ajv.addSchema({ $id: "events", components })
  return (name: string, payload: unknown): string | undefined => {
    const message = Object.values(components.messages).find((each) => each.name === name)
    if (message === undefined) return `${name}: is not described`
    const validate = ajv.compile({ $ref: `events${message.payload.$ref}` })
    return validate(payload) ? undefined : `${name}: ${ajv.errorsText(validate.errors)}`
  }
}
