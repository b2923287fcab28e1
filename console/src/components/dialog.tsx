import type {ComponentChildren} from "preact";
import {useId, useLayoutEffect, useRef} from "preact/hooks";

import {Store, useStore} from "../lib/store";
import {Button} from "./basics";

/** A modal dialog; the browser keeps the focus in it and closes it on Esc. */
export function Dialog({title, children, onClose}: {title: string; children: ComponentChildren; onClose: () => void}) {
  const id = useId();
  const box = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    box.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={box}
      class="dialog"
      aria-labelledby={id}
      onClose={onClose}
      onCancel={event => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}

interface Question {
  title: string;
  text: string;
  action: string;
  danger?: boolean;
}

const asked = new Store<(Question & {answer: (yes: boolean) => void}) | null>(null);

/** Asks before something that cannot be taken back; false when one would rather not. */
export function ask(question: Question): Promise<boolean> {
  return new Promise(resolve => {
    asked.value?.answer(false);
    const mine = {
      ...question,
      answer: (yes: boolean) => {
        if (asked.value === mine) asked.set(null);
        resolve(yes);
      },
    };
    asked.set(mine);
  });
}

export function Questions() {
  const question = useStore(asked);
  if (!question) return null;
  return (
    <Dialog title={question.title} onClose={() => question.answer(false)}>
      <p>{question.text}</p>
      <div class="dialog-actions">
        <Button onClick={() => question.answer(false)}>Cancel</Button>
        <Button kind={question.danger ? "danger" : "main"} onClick={() => question.answer(true)}>
          {question.action}
        </Button>
      </div>
    </Dialog>
  );
}
