import { QueryClientProvider } from "@tanstack/react-query"
import { StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { App } from "./App.tsx"
import { queries } from "./api/asking.ts"
import { client } from "./api/calling.ts"
import { copyRaw } from "./ui/parts/copying.ts"
import { mindMissing } from "./ui/parts/Part.tsx"
import { show } from "./ui/parts/settings.ts"

mindMissing()
// All screens but the first ask by the whole client: it comes beside their own part.
if (location.pathname !== "/") void client().catch(() => undefined)
copyRaw()
show()
const place = document.querySelector("#app")
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </StrictMode>
  )
}
