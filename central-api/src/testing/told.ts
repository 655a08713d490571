/** The whole answer; of a stream of events its first three. */
export async function told(response: Response): Promise<string> {
  if (response.headers.get('content-type') !== 'text/event-stream') return response.text()
  const reader = response.body?.getReader()
  let text = ''
  while (text.split('\n\n').length <= 3) {
    const { value, done } = (await reader?.read()) ?? { value: undefined, done: true }
    if (done) break
    text += new TextDecoder().decode(value)
  }
  await reader?.cancel()
  return text
}
