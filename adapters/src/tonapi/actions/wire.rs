//! The JSON of decoded actions. Source: github tonkeeper/opentonapi `pkg/bath/testdata` and the types in `pkg/bath/actions.go`,
//! `pkg/bath/account.go` (2026-08-21). Amounts are numbers here, texts in the answers of its API.

use crate::json::Text;

wire! {
    /// A whole file.
    ActionsFile<'a> {
        actions: Vec<Action<'a>> = "Actions",
        accounts: Vec<Account<'a>> = "Accounts",
    }
    unused []
}

wire! {
    /// One action: a member of its kind's name holds its values.
    Action<'a> {
        kind: Text<'a> = "Type",
        success: bool = "Success",
        transactions: Vec<Text<'a>> = "BaseTransactions",
        purchase: Option<Purchase<'a>> = "NftPurchase",
        bid: Option<Bid<'a>> = "AuctionBid",
        transfer: Option<ItemTransfer<'a>> = "NftItemTransfer",
        payment: Option<TonTransfer<'a>> = "TonTransfer",
    }
    unused ["SmartContractExec", "ContractDeploy"]
}

wire! {
    /// A sale.
    Purchase<'a> {
        item: Text<'a> = "Nft",
        buyer: Text<'a> = "Buyer",
        seller: Text<'a> = "Seller",
        through: Text<'a> = "AuctionType",
        price: Price<'a> = "Price",
    }
    unused []
}

wire! {
    /// A bid.
    Bid<'a> {
        item: Option<Text<'a>> = "NftAddress",
        auction: Text<'a> = "Auction",
        bidder: Text<'a> = "Bidder",
        through: Text<'a> = "Type",
        amount: Price<'a> = "Amount",
    }
    unused ["Nft"]
}

wire! {
    /// A change of owner.
    ItemTransfer<'a> {
        item: Text<'a> = "Nft",
        from: Option<Text<'a>> = "Sender",
        to: Option<Text<'a>> = "Recipient",
    }
    unused ["Comment", "EncryptedComment", "Refund"]
}

wire! {
    /// Money.
    TonTransfer<'a> {
        from: Text<'a> = "Sender",
        to: Text<'a> = "Recipient",
        amount: i64 = "Amount",
    }
    unused ["Comment", "EncryptedComment", "Refund"]
}

wire! {
    /// An amount in a currency's smallest unit.
    Price<'a> { currency: CurrencyName<'a> = "Currency", amount: i64 = "Amount" }
    unused []
}

wire! {
    /// A currency.
    CurrencyName<'a> { kind: Text<'a> = "Type" }
    unused ["Jetton", "CurrencyID"]
}

wire! {
    /// What an account gained or lost, fees already taken off.
    Account<'a> {
        account: Text<'a> = "Account",
        change: i64 = "Ton",
        fee: i64 = "Fee",
    }
    unused ["Jettons"]
}
