/** A question over the page: the focus inside and back again afterwards, Escape leaves, the buttons always in sight. */
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

export function Dialog({ title, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // Closed before it is taken away: the browser then gives the focus back to where it came from.
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={titleId}>{title}</h2>
      {children}
    </dialog>
  );
}

interface ButtonsProps {
  /** What the form does, in a word or two. */
  readonly action: string;
  readonly sending: boolean;
  /** Cancel has the focus at first: what is asked cannot be taken back. */
  readonly careful?: boolean;
  readonly onCancel: () => void;
}

/** The end of a dialog's form: do it, or leave all as it is. */
export function DialogButtons({ action, sending, careful = false, onCancel }: ButtonsProps) {
  return (
    <p class="form-buttons">
      <button type="submit" class="button button-primary" disabled={sending}>
        {sending ? 'Sending…' : action}
      </button>
      <button type="button" class="button" autofocus={careful} onClick={onCancel}>
        Cancel
      </button>
    </p>
  );
}
