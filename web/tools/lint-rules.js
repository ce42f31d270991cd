// Lint rules of our own.

const MONEY = /amount|balance|cents|fee|minor|money|price|debit|credit|total(?!Count|Pages|s?Recipients)/i;
const TO_NUMBER = new Set(['Number', 'parseFloat', 'parseInt']);

function isConversion(node) {
  const { callee } = node;
  if (callee.type === 'Identifier') {
    return TO_NUMBER.has(callee.name);
  }
  return (
    callee.type === 'MemberExpression' &&
    callee.object.type === 'Identifier' &&
    (callee.object.name === 'Math' || callee.object.name === 'Number')
  );
}

/** Money is decimal text or a bigint, never a floating-point number. */
const noFloatMoney = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      float: 'Money must not become a number: keep decimal text, or use src/money with bigint.',
      banned: '{{name}} loses digits: use src/money.',
    },
  },
  create(context) {
    const text = (node) => context.sourceCode.getText(node);
    return {
      CallExpression(node) {
        if (node.callee.type === 'Identifier' && node.callee.name === 'parseFloat') {
          context.report({ node, messageId: 'banned', data: { name: 'parseFloat' } });
        } else if (isConversion(node) && node.arguments.some((argument) => MONEY.test(text(argument)))) {
          context.report({ node, messageId: 'float' });
        }
      },
      'MemberExpression[property.name="toFixed"]'(node) {
        context.report({ node, messageId: 'banned', data: { name: 'toFixed' } });
      },
      'UnaryExpression[operator="+"]'(node) {
        if (MONEY.test(text(node.argument))) {
          context.report({ node, messageId: 'float' });
        }
      },
    };
  },
};

/** Everything that the page shows is a text node. */
const textNodesOnly = {
  meta: { type: 'problem', schema: [], messages: { html: 'Everything is a text node.' } },
  create(context) {
    return {
      'JSXAttribute[name.name="dangerouslySetInnerHTML"]'(node) {
        context.report({ node, messageId: 'html' });
      },
    };
  },
};

const noStaticDialogs = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { static: 'Static dialogs have no theme and no nonce: render a Modal, or use App.useApp().' },
  },
  create(context) {
    return {
      CallExpression(node) {
        const { object, property } = node.callee;
        const isConfig = property?.name === 'config' && /^(message|notification)$/.test(object?.name);
        if (object?.name === 'Modal' || isConfig) context.report({ node, messageId: 'static' });
      },
    };
  },
};

export default {
  meta: { name: 'sluice' },
  rules: { 'no-float-money': noFloatMoney, 'text-nodes-only': textNodesOnly, 'no-static-dialogs': noStaticDialogs },
};
