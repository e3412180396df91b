SELECT * FROM api.reward_pay(:body)
