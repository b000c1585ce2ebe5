/** The toasts whose text matches; progress is one of them while an analysis runs. */
export function notification(page, text) {
  return page.locator('.notifications-toasts .notification-list-item').filter({ hasText: text });
}

/** Presses a button of a notification by its label. */
export function pressButton(toast, label) {
  return toast.locator('.monaco-button').getByText(label, { exact: true }).click();
}

export async function notificationText(toast) {
  return (await toast.locator('.notification-list-item-message').innerText()).trim();
}
