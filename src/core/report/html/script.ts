/** Comfort only: everything can be read without it. Narrows the findings, and unfolds what is folded for printing. */
export const script = `
(() => {
  const filter = document.querySelector('.filter')
  if (filter) {
    const cards = [...document.querySelectorAll('.finding')]
    const words = filter.querySelector('input[type=search]')
    const levels = [...filter.querySelectorAll('input[type=checkbox]')]
    const told = filter.querySelector('output')
    const narrow = () => {
      const asked = words.value.trim().toLowerCase()
      const on = new Set(levels.filter((box) => box.checked).map((box) => box.value))
      let shown = 0
      for (const card of cards) {
        card.hidden = !on.has(card.dataset.severity) || !card.textContent.toLowerCase().includes(asked)
        if (!card.hidden) shown += 1
      }
      told.textContent = shown === cards.length ? '' : shown + ' of ' + cards.length
    }
    filter.addEventListener('input', narrow)
    filter.hidden = false
  }
  const folded = () => [...document.querySelectorAll('details:not([open], .stays)')]
  let opened = []
  addEventListener('beforeprint', () => {
    opened = folded()
    for (const one of opened) one.open = true
  })
  addEventListener('afterprint', () => {
    for (const one of opened) one.open = false
  })
})()
`
