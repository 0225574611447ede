// Shows the document of the server that the page came from, and asks no other server for anything.
globalThis.SwaggerUIBundle({
  dom_id: "#viewer",
  url: "openapi.json",
  validatorUrl: null,
  deepLinking: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
});
