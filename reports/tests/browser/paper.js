// Presses the theme's button until the page is dark, and tells its colors as they are printed.
addEventListener('load', () => {
  while (document.documentElement.dataset.theme !== 'dark') document.querySelector('.theme').click();
  matchMedia('print').addEventListener('change', (event) => {
    const [body, drawing] = [document.body, document.querySelector('.chart .paper')].map((element) => getComputedStyle(element));
    if (event.matches) console.log(`on paper: ${document.documentElement.dataset.theme}, ${body.backgroundColor}, ${drawing.fill}`);
  });
});
