import { useFilters } from "../parts/filters.ts"
import { texts } from "../../words/text/frame.ts"

/** Whose records are looked at: a parameter of the address, which goes on from page to page. Nothing to choose where there is one account. */
export const AccountSwitch = ({ names }: { readonly names: ReadonlyArray<string> }) => {
  const { get, set } = useFilters()
  const account = get("account")
  if (names.length < 2 && account === "") return null
  const shown = account === "" || names.includes(account) ? names : [...names, account]
  return (
    <select
      className="accounts"
      aria-label={texts.shownAccount}
      value={account}
      onChange={({ target }) => set("account", target.value)}
    >
      <option value="">{texts.allAccounts}</option>
      {shown.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  )
}
