import { useMutation } from "@tanstack/react-query"
import { useState } from "react"
import { useLocation } from "wouter"
import { queries } from "../api/asking.ts"
import { call, ProblemError } from "../api/client.ts"
import * as live from "../live/live.ts"
import { Field } from "../ui/Field.tsx"
import { PageHead } from "../ui/Shell.tsx"

/** Signs in with a token: it is read once, and goes into a cookie that no script can read. */
export const SignIn = () => {
  const [token, setToken] = useState("")
  const [, go] = useLocation()
  const signing = useMutation({
    mutationFn: () => call((api) => api.session.signIn({ payload: { token: token.trim() } })),
    onSuccess: () => {
      live.retry()
      void queries.resetQueries()
      go("/")
    }
  })
  return (
    <>
      <PageHead note="With the secret that 'roundlot tokens create' showed.">Sign in</PageHead>
      <form
        className="panel form"
        onSubmit={(event) => {
          event.preventDefault()
          if (token.trim() !== "") signing.mutate()
        }}
      >
        <Field term="token">
          <input
            type="password"
            aria-label="Token"
            autoComplete="current-password"
            value={token}
            onChange={(event) => setToken(event.target.value)}
            required
          />
        </Field>
        {signing.error === null ? null : (
          <p className="problem" role="alert">
            {signing.error instanceof ProblemError && signing.error.status === 401
              ? "The token is unknown, expired or revoked."
              : signing.error.message}
          </p>
        )}
        <div className="buttons">
          <button type="submit" className="button primary">
            {signing.isPending ? "Signing in…" : "Sign in"}
          </button>
        </div>
      </form>
    </>
  )
}
