import * as Dialog from "@radix-ui/react-dialog"
import { useLocation } from "wouter"
import { keysAt } from "./keys.ts"
import { texts } from "../../words/text/keys.ts"

/** The keys of the page that it is opened on. */
export const KeysDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const [path] = useLocation()
  return (
    <Dialog.Root open onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Overlay className="overlay" />
        <Dialog.Content className="dialog" aria-describedby={undefined}>
          <Dialog.Title>{texts.keyboardShortcuts}</Dialog.Title>
          <ul className="rows keys">
            {keysAt(path).map(({ does, keys }) => (
              <li key={`${keys} ${does}`}>
                <kbd>{keys}</kbd>
                <span className="what">{does}</span>
              </li>
            ))}
          </ul>
          <p className="faint">{texts.singleLetters}</p>
          <div className="buttons">
            <Dialog.Close className="button primary">{texts.close}</Dialog.Close>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
