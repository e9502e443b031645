/**
 * A question over the page: the focus inside and back again afterwards, Escape leaves, the buttons always in sight. What lies behind cannot be
 * pressed, so a silent station is given its sound back here.
 */
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { SoundRestore } from '../sound/sound-control.tsx';

interface Props {
  readonly title: string;
  readonly wide?: boolean;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

export function Dialog({ title, wide = false, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // Else the first thing to press would be the sound's.
    if (shown?.querySelector('[autofocus]') === null) {
      shown.querySelector<HTMLElement>('.dialog-head ~ * :is(input, select, button)')?.focus();
    }
    // Closed before it is taken away: the browser then gives the focus back to where it came from.
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={wide ? 'dialog dialog-wide' : 'dialog'}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header class="dialog-head">
        <h2 id={titleId}>{title}</h2>
        <SoundRestore />
      </header>
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
